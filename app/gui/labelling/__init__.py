"""Parts of the Label, Agreement and Data set pages."""
