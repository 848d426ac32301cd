"""`make bench`: how near the backup comes to the speed that Notion allows."""
