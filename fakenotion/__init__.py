"""The fake Notion server for tests, benchmarks and the demonstration: none of them can reach the real one."""
