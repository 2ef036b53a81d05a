"""The model review: any two versions or files compared, kept, corrected and accepted."""
