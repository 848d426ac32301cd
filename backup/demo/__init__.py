"""The stand-in for Notion: no test and no first look can reach the real one."""
