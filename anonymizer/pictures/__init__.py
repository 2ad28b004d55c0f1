"""Pictures that are no DICOM (PNG, JPEG, TIFF): what hides in them goes, every pixel stays."""
