"""What the components' templates cannot say in Django's own template language."""
