"""The seam to payment rails. Today there is one: people move the money by hand."""
