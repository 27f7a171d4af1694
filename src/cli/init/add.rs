//! `--add`: one more entity set at the end of a model file that somebody has edited since.
//!
//! Only appends: every byte that is there stays. What is there gets no navigation to the new set, since that would
//! change it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use contract::catalog::{Scope, Table};

use super::links::{self, End};
use super::location::Location;
use super::sets::{self, ModelNames};
use super::{CONFIG_FILE, InitArgs, InitError, describe, find, grants, keyless, rights, spoken, text};
use crate::config::model_file::{self, ModelFile};
use crate::config::{Report, absolute};

/// Adds entity sets to the model in a folder.
pub async fn run(args: &InitArgs, out: &mut dyn Write) -> Result<(), InitError> {
    let config = args.dir.join(CONFIG_FILE);
    let told = Told::read(&config)?;
    let given = args.url.as_ref().map(|url| Location::read(url.expose(), &args.dir, args.schema.as_deref()));
    let given = given.transpose()?;
    let (source, url) = told.source(given.as_ref())?;
    let location = match given {
        Some(location) => location,
        None => Location::read(&absolute(&url, &args.dir), &args.dir, args.schema.as_deref())?,
    };
    let path = args.dir.join(told.model(&source)?);
    let (file, before) = model(&path)?;
    let known = End::written(&file, &source);
    let mut tables: Vec<String> = known.iter().map(|end| end.table().to_owned()).collect();
    tables.extend(args.add.iter().cloned());
    let mut catalog = describe(&location, Scope { schema: args.schema.clone(), tables }).await?;
    if args.schema.is_none() && location.dialect.name != "postgres" {
        catalog.tables.iter_mut().for_each(|table| table.schema = None);
    }
    let mut chosen: Vec<&Table> = Vec::new();
    for name in &args.add {
        let table = find(&catalog.tables, name)?;
        if let Some(end) = known.iter().find(|end| end.is_over(table)) {
            return Err(InitError::Added { table: table.name.clone(), set: end.set().to_owned() });
        }
        if !chosen.iter().any(|other| std::ptr::eq(*other, table)) {
            chosen.push(table);
        }
    }
    let dialect = spoken(&location, &catalog.server);
    let mut drafts = sets::draft(&chosen, &catalog.tables, dialect, &mut names(&file, &source));
    links::connect(&mut drafts, &known, &catalog.tables);
    let mut added = String::from(if before.ends_with('\n') || before.is_empty() { "" } else { "\n" });
    for draft in &drafts {
        added.push('\n');
        added += &text::entity_set(&source, dialect, draft);
    }
    append(&path, &before, &added)?;
    for draft in &drafts {
        writeln!(out, "added {} to {}", draft.name, path.display())?;
    }
    writeln!(out)?;
    keyless(&drafts, out)?;
    rights(&grants::statements(&location, dialect, &chosen, false), out)?;
    let config = config.display();
    writeln!(out, "Next:\n  tidegate check --config {config}\n  then start the gateway anew, and Validate and Sync.")?;
    Ok(())
}

/// Every name that is in the model, of whichever source.
fn names(file: &ModelFile, source: &str) -> ModelNames {
    let mut names = ModelNames::new(source, &file.container.value);
    for set in &file.sets {
        names.take(&set.name.value, &set.type_name.as_ref().unwrap_or(&set.name).value);
    }
    names
}

fn model(path: &Path) -> Result<(ModelFile, String), InitError> {
    let report = Report::default();
    let file = model_file::read(path, 1, &report).filter(|_| report.errors() == 0);
    let file = file.ok_or_else(|| InitError::Broken { path: path.to_owned() })?;
    let text = file.file.text.clone();
    Ok((file, text))
}

/// Appends, if the whole is still TOML: a list of sets written in brackets cannot be continued.
fn append(path: &Path, before: &str, added: &str) -> Result<(), InitError> {
    if format!("{before}{added}").parse::<toml::Table>().is_err() {
        return Err(InitError::Broken { path: path.to_owned() });
    }
    let file = OpenOptions::new().append(true).open(path);
    let written = file.and_then(|mut file| file.write_all(added.as_bytes()));
    written.map_err(|source| InitError::Write { path: path.to_owned(), source })
}

/// What the configuration says of sources and models.
struct Told {
    path: PathBuf,
    /// Name and URL as written.
    sources: Vec<(String, String)>,
    /// Model file and the sources it may use; `None`: all.
    models: Vec<(String, Option<Vec<String>>)>,
}

impl Told {
    fn read(path: &Path) -> Result<Told, InitError> {
        let text = fs::read_to_string(path).map_err(|source| InitError::Read { path: path.to_owned(), source })?;
        let table: toml::Table = text.parse().map_err(|_| InitError::Broken { path: path.to_owned() })?;
        let members = |key: &str| table.get(key).and_then(toml::Value::as_table).into_iter().flatten();
        let text = |member: &toml::Value, key: &str| Some(member.get(key)?.as_str()?.to_owned());
        let sources = members("sources").filter_map(|(name, member)| Some((name.clone(), text(member, "url")?)));
        let models = members("services").filter_map(|(_, member)| {
            let sources = member.get("sources").and_then(toml::Value::as_array);
            let names =
                |list: &Vec<toml::Value>| list.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
            Some((text(member, "model")?, sources.map(names)))
        });
        Ok(Told { path: path.to_owned(), sources: sources.collect(), models: models.collect() })
    }

    /// The source meant: the only one, or the one of that URL or name.
    fn source(&self, given: Option<&Location>) -> Result<(String, String), InitError> {
        let by = |wanted: &dyn Fn(&(String, String)) -> bool| self.sources.iter().find(|source| wanted(source));
        let found = match (self.sources.as_slice(), given) {
            ([only], _) => Some(only),
            (_, Some(location)) => {
                by(&|(_, url)| *url == location.written).or_else(|| by(&|(name, _)| *name == location.source))
            }
            _ => None,
        };
        found.cloned().ok_or_else(|| InitError::WhichSource { path: self.path.clone(), count: self.sources.len() })
    }

    /// The model file over a source.
    fn model(&self, source: &str) -> Result<String, InitError> {
        let may = |names: &Option<Vec<String>>| names.as_ref().is_none_or(|names| names.iter().any(|n| n == source));
        let mut models: Vec<&String> =
            self.models.iter().filter(|(_, names)| may(names)).map(|(file, _)| file).collect();
        models.sort();
        models.dedup();
        match models.as_slice() {
            [only] => Ok((*only).clone()),
            _ => {
                let (path, source_name) = (self.path.clone(), source.to_owned());
                Err(InitError::WhichModel { path, source_name, count: models.len() })
            }
        }
    }
}
