"""Plans: what is sold, the next version being drafted, and what every version promised."""
