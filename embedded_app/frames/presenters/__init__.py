"""From values to what the templates of `templates/frames` show: a frozen context for each."""
