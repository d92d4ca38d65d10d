variable "datastore_id" {
  description = "Datastore to scan again on every release."
  type        = number
  default     = 101
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}
