//! The engine under attack: pages and next links, counts, streams whose client stalls or goes, memory.

mod counts;
mod fake;
mod memory;
mod pages;
mod stand;
mod streams;
