"""The suites; they mirror the code they prove."""
