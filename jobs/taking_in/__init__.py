"""Every way in: folders, the mailbox, what is handed over in the chat."""
