"""How a French sentence becomes a question: its words, what each says, what they ask together. A grammar, not a guess. Pure."""
