"""A build-time tool that renders the synthetic products of the demo catalogue with Blender."""
