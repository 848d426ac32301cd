"""Programs for those who work on this repository; none of them runs in a backup."""
