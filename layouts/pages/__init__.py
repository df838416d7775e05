"""One page each: values in, components out."""
