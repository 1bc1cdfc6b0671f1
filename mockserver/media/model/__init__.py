"""Models for 3D answers: GLB files, a relief of a picture's subject with the picture on it."""
