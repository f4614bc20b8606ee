"""What a product embeds to meter, price and charge its own calls."""
