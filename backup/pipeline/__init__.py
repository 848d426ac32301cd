"""From what Notion lists to pages on the disk: listing, fetching, one page, the account of it all."""
