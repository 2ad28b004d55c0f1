"""Words as they are compared: vocabulary, names in any script, dates, and what identifies by its form."""
