"""Django's own admin with Chinese words, the three duties, and refusals shown in the form."""
