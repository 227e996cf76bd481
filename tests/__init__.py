"""The tests. A file a room, and journey files across rooms."""
