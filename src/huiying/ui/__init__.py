"""What every page is made of: the layout, its components, their style sheets and a little script."""
