//! The mysql driver.
