"""Files made from the organisation's records."""
