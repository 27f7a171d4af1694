//! The load client: raw keep-alive HTTP/1.1 on sockets of its own, as cheap as it can be, since it shares the machine
//! with what it measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Outcome;

const READ_BYTES: usize = 256 * 1024;
const NEXT_LINK: &[u8] = b"],\"@odata.nextLink\":\"";

/// One connection to one server.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The last answer's body.
    pub body: Vec<u8>,
}

/// Where the body of an answer ends.
enum Length {
    Known(usize),
    Chunked,
}

impl Client {
    /// Connects to a server on this machine.
    pub async fn connect(port: u16) -> Outcome<Client> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(READ_BYTES), body: Vec::new() })
    }

    /// Gets a path; any status but 200 is an error.
    pub async fn get(&mut self, path: &str) -> Outcome<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        self.body.clear();
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let length = length(&head)?;
        self.buffer.drain(..head_end);
        match length {
            Length::Known(length) => self.read_known(length).await?,
            Length::Chunked => while self.read_chunk().await? {},
        }
        if head.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        let status = head.lines().next().unwrap_or_default();
        Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&self.body)).into())
    }

    /// Gets a path and `pages - 1` pages behind it, by next links; the bodies one after another, without the links.
    pub async fn get_pages(&mut self, path: &str, pages: usize) -> Outcome<Vec<u8>> {
        let mut all = Vec::new();
        let mut path = path.to_owned();
        for _ in 0..pages {
            self.get(&path).await?;
            let next = next_link(&self.body);
            all.extend_from_slice(&self.body[..next.map_or(self.body.len(), |(at, _)| at)]);
            match next {
                Some((_, link)) => path = link.to_owned(),
                None => break,
            }
        }
        Ok(all)
    }

    async fn read_known(&mut self, length: usize) -> Outcome<()> {
        while self.buffer.len() < length {
            self.read_more().await?;
        }
        std::mem::swap(&mut self.body, &mut self.buffer);
        Ok(())
    }

    /// Reads one chunk; whether it was not the last.
    async fn read_chunk(&mut self) -> Outcome<bool> {
        let line_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n") {
                break at;
            }
            self.read_more().await?;
        };
        let digits = std::str::from_utf8(&self.buffer[..line_end])?;
        let length = usize::from_str_radix(digits.split(';').next().unwrap_or_default().trim(), 16)?;
        let end = line_end + 2 + length + 2;
        while self.buffer.len() < end {
            self.read_more().await?;
        }
        self.body.extend_from_slice(&self.buffer[line_end + 2..end - 2]);
        self.buffer.drain(..end);
        Ok(length > 0)
    }

    async fn read_more(&mut self) -> Outcome<()> {
        self.buffer.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection in the middle of an answer".into()),
            _ => Ok(()),
        }
    }
}

fn length(head: &str) -> Outcome<Length> {
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(Length::Known(value.trim().parse()?));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Length::Chunked);
        }
    }
    Err("an answer without length".into())
}

/// Place and path of the next link at the end of a page.
fn next_link(body: &[u8]) -> Option<(usize, &str)> {
    // The link is the last member, so its last occurrence is no stored text.
    let at = body.windows(NEXT_LINK.len()).rposition(|window| window == NEXT_LINK)?;
    let link = std::str::from_utf8(&body[at + NEXT_LINK.len()..]).ok()?.strip_suffix("\"}")?;
    let path_at = link.find("://")? + 3;
    let slash = link[path_at..].find('/')?;
    Some((at, &link[path_at + slash..]))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Some requests and how they are made.
#[derive(Clone)]
pub struct Load {
    /// Port of the server.
    pub port: u16,
    /// Paths, taken in turn.
    pub paths: Arc<[String]>,
    /// Pages of each, followed by next links.
    pub pages: usize,
    /// Connections.
    pub connections: usize,
    /// How long.
    pub time: Duration,
}

/// What a round gave.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// How long it took.
    pub time: Duration,
    /// The time of each answer, in order of time.
    pub latencies: Vec<Duration>,
}

impl Round {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// The latency that so large a part of the answers did not exceed.
    pub fn quantile(&self, part: f64) -> Duration {
        let place = ((self.latencies.len() as f64 * part) as usize).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

/// Makes requests for a time, each connection one after another.
pub async fn run(load: &Load) -> Outcome<Round> {
    let turn = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for _ in 0..load.connections {
        clients.push(Client::connect(load.port).await?);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let (load, turn) = (load.clone(), turn.clone());
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while begun.elapsed() < load.time || latencies.is_empty() {
                let path = &load.paths[turn.fetch_add(1, Ordering::Relaxed) % load.paths.len()];
                let asked = Instant::now();
                match load.pages {
                    1 => client.get(path).await?,
                    pages => drop(client.get_pages(path, pages).await?),
                }
                latencies.push(asked.elapsed());
            }
            Outcome::Ok(latencies)
        });
    }
    let mut round = Round::default();
    while let Some(ended) = tasks.join_next().await {
        round.latencies.extend(ended??);
    }
    round.time = begun.elapsed();
    round.latencies.sort_unstable();
    Ok(round)
}
