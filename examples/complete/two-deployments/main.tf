terraform {
  required_version = ">= 1.0"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "staging_url" {
  type    = string
  default = null
}

variable "staging_token" {
  type      = string
  default   = null
  sensitive = true
}

variable "release" {
  type    = string
  default = "2026.05.1"
}

# The URL and the token of production come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

provider "qualytics" {
  alias = "staging"
  url   = var.staging_url
  token = var.staging_token
}

resource "qualytics_run_rerun" "staging_scan" {
  provider = qualytics.staging

  latest        = { operation_type = "scan", datastore = 101 }
  max_anomalies = 0
  triggers      = { release = var.release }
}

# Production is scanned after the scan of staging has passed.
resource "qualytics_run_rerun" "production_scan" {
  latest        = { operation_type = "scan", datastore = 102 }
  max_anomalies = 10
  triggers      = { release = var.release }

  depends_on = [qualytics_run_rerun.staging_scan]
}
