"""From listings to pages on disk: listing, fetching, one page, and the summary as a report."""
