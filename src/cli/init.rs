//! `tidegate init`: from a live catalog to the two files that serve it.
//!
//! Asks nothing, overwrites nothing unless told to, and changes nothing in the database. The same catalog gives the same
//! bytes.

mod add;
mod columns;
mod grants;
mod links;
mod location;
pub(super) mod names;
mod server_file;
mod sets;
#[cfg(test)]
mod tests;
mod text;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::catalog::{Catalog, Scope, Table};
use contract::{AdapterError, Dialect, Endpoint, dialect};

use crate::config::Secret;
use crate::config::fields::nearest;
use crate::config::references::ReferenceError;
use crate::source::drivers;
use location::Location;
use sets::{Key, ModelNames, SetDraft};

/// File name of the configuration.
const CONFIG_FILE: &str = "tidegate.toml";
/// The entity container that a model has unless it says otherwise.
const CONTAINER: &str = "Default";

/// What `init` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct InitArgs {
    /// The database: postgres://user:password@host/database, mysql://..., mariadb://... or sqlite:PATH. The password is
    /// not written down; ${env:NAME} may stand in its place
    #[arg(long, value_name = "URL", value_parser = secret, required_unless_present = "add")]
    pub url: Option<Secret>,
    /// The folder to write tidegate.toml and the model file to
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The schema to read [default: the connection's own]
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    /// Only these tables and views
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "add")]
    pub tables: Vec<String>,
    /// Add an entity set over this table to the model file in DIR, and leave the rest of it as it is
    #[arg(long, value_name = "TABLE")]
    pub add: Vec<String>,
    /// Overwrite files that are there
    #[arg(long, conflicts_with = "add")]
    pub force: bool,
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is a file already.
    #[error("{} is there already; --force overwrites it", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The URL names no database that a driver is there for.
    #[error("the URL must start with postgres://, mysql://, mariadb:// or sqlite:")]
    Scheme,
    /// A reference in the URL stands for nothing.
    #[error("the URL cannot be read: {0}")]
    Reference(#[from] ReferenceError),
    /// Nothing says which database.
    #[error("no URL: give --url")]
    NoUrl,
    /// The database cannot be asked.
    #[error("the database cannot be read: {0}")]
    Database(#[from] AdapterError),
    /// A table that was asked for is not there.
    #[error("there is no table or view {name:?}{}", near.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
    UnknownTable {
        /// The name asked for.
        name: String,
        /// The nearest one that is there.
        near: Option<String>,
    },
    /// There is nothing to serve.
    #[error("there are no tables or views in {}", schema.as_ref().map_or("the connection's own schema; give --schema".to_owned(), |schema| format!("the schema {schema:?}")))]
    NoTables {
        /// The schema asked for.
        schema: Option<String>,
    },
    /// An existing file is not what it should be.
    #[error("{} has errors: run `tidegate check` first", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// Several sources, or none, may be meant.
    #[error("{} has {count} sources that may be meant: give the --url of one of them", .path.display())]
    WhichSource {
        /// The configuration.
        path: PathBuf,
        /// So many.
        count: usize,
    },
    /// Several model files, or none, may be meant.
    #[error("{} has {count} model files over the source {source_name}; one is needed", .path.display())]
    WhichModel {
        /// The configuration.
        path: PathBuf,
        /// The source.
        source_name: String,
        /// So many.
        count: usize,
    },
    /// The table has its entity set.
    #[error("the table {table:?} is in the model already, as {set}")]
    Added {
        /// The table.
        table: String,
        /// Its entity set.
        set: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The report cannot be written.
    #[error("cannot write the report: {0}")]
    Report(#[from] io::Error),
}

/// Writes the two files, or adds to one of them, and says what to do next.
pub async fn run(args: InitArgs, out: &mut dyn Write) -> Result<(), InitError> {
    if !args.add.is_empty() {
        return add::run(&args, out).await;
    }
    let url = args.url.as_ref().ok_or(InitError::NoUrl)?;
    let location = Location::read(url.expose(), &args.dir, args.schema.as_deref())?;
    let model_file = format!("{}.model.toml", location.source);
    let (config, model) = (args.dir.join(CONFIG_FILE), args.dir.join(&model_file));
    if let Some(path) = [&config, &model].into_iter().find(|path| !args.force && path.exists()) {
        return Err(InitError::Exists { path: path.clone() });
    }
    let scope = Scope { schema: args.schema.clone(), tables: args.tables.clone() };
    let mut catalog = describe(&location, scope).await?;
    for name in &args.tables {
        find(&catalog.tables, name)?;
    }
    if catalog.tables.is_empty() {
        return Err(InitError::NoTables { schema: args.schema });
    }
    if args.schema.is_none() && location.dialect.name != "postgres" {
        // The URL says which one; a search path could change under PostgreSQL.
        catalog.tables.iter_mut().for_each(|table| table.schema = None);
    }
    let dialect = spoken(&location, &catalog.server);
    let drafts = draft_all(&catalog.tables, &location.source, dialect);
    let namespace = namespace(&location.source);
    let written = text::model(&namespace, &location.source, dialect, &drafts);
    fs::create_dir_all(&args.dir).map_err(|source| InitError::Write { path: args.dir.clone(), source })?;
    write(&model, &written, args.force)?;
    write(&config, &server_file::text(&location, dialect, &model_file), args.force)?;
    writeln!(out, "{}, {} tables and views", text::one_line(&catalog.server), catalog.tables.len())?;
    writeln!(out, "wrote {}\nwrote {}\n", config.display(), model.display())?;
    keyless(&drafts, out)?;
    let tables: Vec<&Table> = catalog.tables.iter().collect();
    rights(&grants::statements(&location, dialect, &tables, true), out)?;
    next(&location, &config, out)
}

/// Every table as an entity set, with navigations between them.
fn draft_all<'a>(tables: &'a [Table], source: &str, dialect: &Dialect) -> Vec<SetDraft<'a>> {
    let mut names = ModelNames::new(source, CONTAINER);
    let all: Vec<&Table> = tables.iter().collect();
    let mut drafts = sets::draft(&all, tables, dialect, &mut names);
    links::connect(&mut drafts, &[], tables);
    drafts
}

async fn describe(location: &Location, scope: Scope) -> Result<Catalog, InitError> {
    let endpoint = Endpoint {
        url: location.connect.expose().to_owned(),
        application: format!("tidegate/{}", location.source),
        statement_timeout: Duration::from_secs(90),
        connect_timeout: Duration::from_secs(10),
        pooled_by_proxy: false,
        statements_max: 0,
    };
    Ok(drivers::adapter(endpoint)?.describe(scope).await?)
}

/// The dialect of the server that answered: MariaDB speaks MySQL's protocol, and a URL may call one the other.
fn spoken(location: &Location, server: &str) -> &'static Dialect {
    let name = match location.dialect.name {
        "mysql" | "mariadb" if server.starts_with("MariaDB") => "mariadb",
        "mysql" | "mariadb" => "mysql",
        name => name,
    };
    dialect::named(name).unwrap_or(location.dialect)
}

fn find<'t>(tables: &'t [Table], name: &str) -> Result<&'t Table, InitError> {
    let exact = tables.iter().find(|table| table.name == name);
    let found = exact.or_else(|| tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)));
    let near = || nearest(name, tables.iter().map(|table| table.name.as_str())).map(str::to_owned);
    found.ok_or_else(|| InitError::UnknownTable { name: name.to_owned(), near: near() })
}

/// A namespace; a few are the standard's own.
fn namespace(source: &str) -> String {
    let name = names::identifier(source);
    let reserved = ["edm", "odata", "system", "transient"].contains(&name.to_ascii_lowercase().as_str());
    if reserved { format!("{name}Data") } else { name }
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), InitError> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists { path: path.to_owned() },
        _ => InitError::Write { path: path.to_owned(), source },
    })
}

/// Names the sets that need a person.
fn keyless(drafts: &[SetDraft<'_>], out: &mut dyn Write) -> io::Result<()> {
    let missing: Vec<_> = drafts.iter().filter(|draft| matches!(draft.key, Key::Missing { .. })).collect();
    if missing.is_empty() {
        return Ok(());
    }
    writeln!(out, "Without a key, which you have to name in the model file before it can be served:")?;
    for draft in missing {
        let kind = if draft.table.view { "view" } else { "table" };
        writeln!(out, "  {} ({kind} {})", draft.name, text::one_line(&draft.table.name))?;
    }
    writeln!(out)
}

fn rights(statements: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Rights for a user that reads exactly these tables; run them as an administrator:\n")?;
    writeln!(out, "{statements}")
}

fn next(location: &Location, config: &Path, out: &mut dyn Write) -> Result<(), InitError> {
    writeln!(out, "Next:")?;
    if let Some(variable) = &location.variable {
        writeln!(out, "  The password is not in the files. Set the environment variable {variable}.")?;
    }
    if !location.dialect.dynamic_types {
        writeln!(out, "  Put the new user into `url`.")?;
    }
    let config = config.display();
    writeln!(out, "  tidegate check --config {config}")?;
    writeln!(out, "  tidegate serve --config {config}")?;
    writeln!(out, "  Choose the names before the first sync: Salesforce keeps them.")?;
    writeln!(
        out,
        "  Register it in Salesforce: Setup, External Data Sources, type \"Salesforce Connect: OData 4.0\", URL: the\n  \
         service's `public_url`, format JSON; then Validate and Sync."
    )?;
    Ok(())
}
