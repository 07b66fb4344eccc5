"""How the product reaches other machines."""
