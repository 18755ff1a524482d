//! The turns of a conversation, as the page sends them and a model receives them.

use serde::{Deserialize, Serialize};

/// One turn of a conversation, in OpenAI's format.
#[derive(Deserialize, Serialize, Hash)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

#[derive(Deserialize, Serialize, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}
