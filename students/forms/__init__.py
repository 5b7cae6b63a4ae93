"""Forms of the student pages, one module for each group of pages."""
