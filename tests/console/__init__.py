"""The console: formats, charts and components, and later its pages."""
