//! Pages by Typst in a closed world.
