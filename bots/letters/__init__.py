"""What Vigie writes to people of its own accord: what each reminder, alert and receipt says, put together in a letter."""
