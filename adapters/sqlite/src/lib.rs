//! The sqlite driver.
