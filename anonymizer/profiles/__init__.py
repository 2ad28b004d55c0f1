"""What is to happen to each attribute: the standard's tables, their options, a site's profile and its plan."""
