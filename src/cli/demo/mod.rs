//! The demonstration: a small legacy billing database, made on first use, with the two files that serve it.
//!
//! Writes into one directory and overwrites nothing in it. Knows neither server nor gateway: the files are all that
//! `serve` needs.

mod customers;
mod generate;
mod invoices;
mod names;
mod payments;
mod products;
mod random;
pub mod run;
#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// File name of the database.
pub const DATABASE_FILE: &str = "billing.db";
/// File name of the configuration.
pub const CONFIG_FILE: &str = "tidegate.toml";
/// File name of the model.
pub const MODEL_FILE: &str = "billing.model.toml";

/// Text of the configuration.
pub const CONFIG: &str = include_str!("tidegate.toml");
/// Text of the model.
pub const MODEL: &str = include_str!("billing.model.toml");

/// Five requests worth trying: what each shows, and path and query below the service root, encoded so that a shell
/// takes them between single quotes.
pub const REQUESTS: [(&str, &str); 5] = [
    (
        "an account page's related list: the newest invoices of one Salesforce account",
        "Invoices?$top=6&$filter=AccountSfId%20eq%20%270015g00000TideAAAR%27&$orderby=IssuedOn%20desc&$count=true\
         &$select=Number,IssuedOn,GrossAmount,StatusCode",
    ),
    (
        "a list view with its total, as Salesforce writes \"contains\"",
        "Customers?%24top=51&%24filter=%20indexof%28Name%2C%27GmbH%27%29%20ne%20-1&%24orderby=Name&%24count=true\
         &%24select=Name%2CCity%2CBalance%2CActive",
    ),
    ("a search over all text of the products", "Products?$search=kettle&$top=6&$count=true&$select=Code,Description"),
    ("one record by a key of two parts", "InvoiceLines(InvoiceNumber=%27R16-00001%27,LineNumber=1)"),
    (
        "a walk by next links: follow @odata.nextLink to the end",
        "Payments?$orderby=Amount%20desc&$count=true&$select=ReceivedAt,Amount,Method",
    ),
];

/// One of [`REQUESTS`] as a command for a shell; `service_root` ends in a slash.
pub fn curl(service_root: &str, request: &str) -> String {
    format!("curl '{service_root}{request}'")
}

/// Where the demonstration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The configuration file to serve.
    pub config: PathBuf,
    /// The model file.
    pub model: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// Whether the database was made by this call.
    pub created: bool,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The directory cannot be made.
    #[error("cannot create the directory {}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be filled.
    #[error("cannot generate the database {}", .path.display())]
    Database {
        /// The file it is made in.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// Makes what is missing of the demonstration in `dir`: the database, `tidegate.toml` and the model file.
pub fn generate(dir: &Path) -> Result<Demo, DemoError> {
    fs::create_dir_all(dir).map_err(|source| DemoError::Directory { path: dir.to_owned(), source })?;
    let (config, model, database) = (dir.join(CONFIG_FILE), dir.join(MODEL_FILE), dir.join(DATABASE_FILE));
    let created = !database.exists();
    if created {
        create_database(dir, &database)?;
    }
    write_new(&config, CONFIG)?;
    write_new(&model, MODEL)?;
    Ok(Demo { config, model, database, created })
}

/// Fills a file of another name and renames it, so that an interrupted run leaves no half database behind.
fn create_database(dir: &Path, database: &Path) -> Result<(), DemoError> {
    let unfinished = dir.join(format!(".{DATABASE_FILE}.{}", std::process::id()));
    // Left by a run that was killed and had the same process id.
    let _ = fs::remove_file(&unfinished);
    let made = generate::database(&unfinished)
        .map_err(|source| DemoError::Database { path: unfinished.clone(), source })
        .and_then(|()| {
            fs::File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&unfinished, database))
                .map_err(|source| DemoError::File { path: database.to_owned(), source })
        });
    if made.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    made
}

/// Writes a file unless there is one of that name.
fn write_new(path: &Path, text: &str) -> Result<(), DemoError> {
    let written = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    };
    written.map_err(|source| DemoError::File { path: path.to_owned(), source })
}
