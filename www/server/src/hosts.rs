//! Holds the names that this server accepts, and parses names from headers and settings. Does not
//! depend on requests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The length of the longest name in DNS.
const LONGEST_NAME: usize = 253;

/// The name of a machine, normalized for comparison.
#[derive(Clone, Debug, PartialEq)]
enum Name {
    Address(IpAddr),
    Dns(String),
}

/// A host as in the `Host` header or in an origin: a name or an address, and an optional port. The
/// port is validated and then dropped, because a foreign page is recognized by its name, whichever
/// port it uses.
#[derive(Debug, PartialEq)]
pub struct Host(Name);

/// The names that this server accepts: those of this machine, and those that its operator adds.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<Name>);

impl Host {
    /// Parses `name`, `name:port`, `[address]` or `[address]:port`. Returns `None` for anything
    /// else.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']')?;
                (Name::Address(address.parse::<Ipv6Addr>().ok()?.into()), rest)
            }
            None => {
                let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
                (Name::parse(name)?, rest)
            }
        };
        (rest.is_empty() || is_port(rest.strip_prefix(':')?)).then_some(Self(name))
    }

    /// Returns the host of an origin such as `https://chat.example:8443`, and `None` for the origin
    /// `null`.
    pub fn of_origin(origin: &str) -> Option<Self> {
        Self::parse(origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))?)
    }
}

/// Returns whether the text is a port. An empty port is the default one.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

impl Name {
    /// Parses a name. Case and one dot at the end have no meaning, as in DNS.
    fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        (name.len() <= LONGEST_NAME && name.split('.').all(is_label)).then(|| Self::Dns(name.to_ascii_lowercase()))
    }

    fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Dns(name) => name == "localhost",
        }
    }
}

impl AllowedHosts {
    /// Parses names that are separated by commas. An empty text means that there are no names.
    ///
    /// # Errors
    /// Returns the entry that is not a host name.
    pub fn read(text: &str) -> Result<Self, &str> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let names = text.split(',').map(str::trim).map(|entry| {
            let address = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
            match address.parse::<Ipv6Addr>() {
                Ok(address) => Ok(Name::Address(address.into())),
                Err(_) => Name::parse(entry).ok_or(entry),
            }
        });
        names.collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether this server accepts the name. `localhost` and loopback addresses are always
    /// accepted. Names below `localhost`, such as `a.localhost`, are not, because not every system
    /// resolves them to this machine.
    pub fn contains(&self, Host(name): &Host) -> bool {
        name.is_loopback() || self.0.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(allowed: &AllowedHosts, text: &str) -> Option<bool> {
        Host::parse(text).map(|host| allowed.contains(&host))
    }

    #[test]
    fn names_of_this_machine_are_allowed_in_every_spelling_and_with_every_port() {
        let allowed = AllowedHosts::default();
        for text in [
            "localhost",
            "LocalHost:8080",
            "localhost.",
            "localhost.:1",
            "localhost:",
            "127.0.0.1:65535",
            "[::1]",
            "[::1]:8080",
            "[0:0:0:0:0:0:0:1]:80",
        ] {
            assert_eq!(allows(&allowed, text), Some(true), "{text}");
        }
        for text in [
            "evil.example",
            "localhost.evil.example",
            "evil.localhost",
            "127.0.0.1.evil.example:8080",
            "127.0.0.1.",
            "192.0.2.7",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "[2001:db8::1]:80",
        ] {
            assert_eq!(allows(&allowed, text), Some(false), "{text}");
        }
    }

    #[test]
    fn an_invalid_host_cannot_be_parsed() {
        for text in [
            "",
            ".",
            ":8080",
            "user@localhost",
            "localhost:80:80",
            "localhost:65536",
            "localhost:+80",
            "localhost:8o",
            "localhost..",
            "local host",
            "localhost/",
            "http://localhost",
            "::1",
            "[::1",
            "[::1]8080",
            "[localhost]",
            "[::1%25lo]",
            "löcalhost",
            "localhost,localhost",
        ] {
            assert_eq!(Host::parse(text), None, "{text:?}");
        }
        assert_eq!(Host::parse(&"x".repeat(LONGEST_NAME + 1)), None);
    }

    #[test]
    fn only_a_valid_http_or_https_origin_has_a_host() {
        assert_eq!(Host::of_origin("https://[::1]:8443"), Host::parse("[::1]"));
        for origin in ["null", "", "localhost", "file://localhost", "http://", "http://localhost/", "HTTP://localhost"]
        {
            assert_eq!(Host::of_origin(origin), None, "{origin:?}");
        }
    }

    #[test]
    fn names_and_addresses_in_allowed_hosts_are_allowed_too() -> Result<(), &'static str> {
        let allowed = AllowedHosts::read("Chat.Example, 192.0.2.7 ,[2001:db8::1],2001:db8::2")?;
        for text in
            ["chat.example", "CHAT.example.:8443", "192.0.2.7:80", "[2001:db8::1]", "[2001:db8::2]:1", "localhost"]
        {
            assert_eq!(allows(&allowed, text), Some(true), "{text}");
        }
        assert_eq!(allows(&allowed, "other.chat.example"), Some(false));
        Ok(())
    }

    #[test]
    fn an_invalid_entry_of_allowed_hosts_is_returned_as_the_error() {
        for entry in ["*", "*.example", "https://chat.example", "chat.example:8080", "chat.example/", "ü.example"] {
            assert_eq!(AllowedHosts::read(entry).err(), Some(entry));
        }
        for text in ["a,,b", "a,"] {
            assert_eq!(AllowedHosts::read(text).err(), Some(""));
        }
    }
}
