"""Who is to be told what, at an instant: reminders, receipts, alerts. Never tells anyone."""
