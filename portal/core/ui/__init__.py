"""Small pieces of the design language that are cheaper in Python than in a template."""
