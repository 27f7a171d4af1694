//! What the commands do, over values that the rest of the program hands out.

pub mod check;
