"""How the product reaches other machines. Nothing else opens a connection to one."""
