"""Pages of imports: upload, progress, preview of the difference, confirm."""
