"""The studio: one window on data sets whose conventions conflict. It imports `infl`; `infl` never imports it."""
