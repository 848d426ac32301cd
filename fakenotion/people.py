"""Who is in a workspace: members, integrations, and those who left."""

from __future__ import annotations

from backup.model import Json
from fakenotion.build import bot, person
from fakenotion.nodes import counted_id


class People:
    """The users of the workspace `name`, as full user objects by their ids; `left` are the ids of
    those who are known by nothing else any more, `guests` those whom no list of users shows."""

    name: str
    id: str
    users: dict[str, Json]
    left: set[str]
    guests: set[str]

    def add_user(self, name: str, email: str = "") -> Json:
        """A member; the full user object."""
        return self._user(person(counted_id(self.name, "user", name, version=4), name, email))

    def add_guest(self, name: str, email: str = "") -> Json:
        """Somebody from outside: not in the list of users, but known by his id."""
        made = self.add_user(name, email)
        self.guests.add(made["id"])
        return made

    def add_bot(self, name: str) -> Json:
        """An integration; the full user object."""
        owner = {"type": "workspace", "workspace": True}
        limits = {"max_file_upload_size_in_bytes": 5242880}
        details = {"owner": owner, "workspace_name": self.name, "workspace_id": self.id}
        made = bot(counted_id(self.name, "bot", name, version=4), name)
        return self._user({**made, "bot": {**details, "workspace_limits": limits}})

    def _user(self, user: Json) -> Json:
        return self.users.setdefault(user["id"], user)

    def rename_user(self, id_: str, name: str) -> None:
        """Another name for a user: wherever he is shown, and nothing counts as edited."""
        self.users[id_] = {**self.users[id_], "name": name}

    def remove_user(self, id_: str) -> None:
        """A user leaves the workspace: what he did and where he is mentioned has his id alone."""
        self.users.pop(id_)
        self.left.add(id_)
