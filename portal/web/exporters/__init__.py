"""Files that leave the portal: built from the same queries as the pages."""
