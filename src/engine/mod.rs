//! Answers an authorized plan: statement, count strategy, rows to bytes, next link. Knows no HTTP type, so that the parts
//! of a batch can share one budget and one deadline.

pub mod answer;

pub use answer::{Answer, Body, Content, Cut, Facts};
