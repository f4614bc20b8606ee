"""The pages a person sees: Checkout with buttons instead of cards, and an overview of what happened."""
