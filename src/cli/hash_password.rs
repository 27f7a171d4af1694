//! `tidegate hash-password`: a password from standard input becomes the hash that the configuration holds.

use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;

use crate::http::hash_password;

/// Runs it.
pub fn run() -> ExitCode {
    if io::stdin().is_terminal() {
        anstream::eprintln!("Type the password and press Enter (it will be seen).");
    }
    let mut line = String::new();
    if let Err(error) = io::stdin().lock().read_line(&mut line) {
        return super::failed(&error);
    }
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        anstream::eprintln!("error: the password is empty");
        return ExitCode::FAILURE;
    }
    match hash_password(password) {
        Some(hash) => {
            anstream::println!("{hash}");
            ExitCode::SUCCESS
        }
        None => {
            anstream::eprintln!("error: the system gives no randomness");
            ExitCode::FAILURE
        }
    }
}
