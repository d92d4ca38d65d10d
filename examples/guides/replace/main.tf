terraform {
  required_version = ">= 1.4"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

variable "schema_version" {
  type    = string
  default = "42"
}

# Stands for the resource that deploys the schema.
resource "terraform_data" "schema" {
  input = var.schema_version
}

data "qualytics_operations" "latest_scan" {
  operation_type = "scan"
  datastore      = [101]
  result         = ["success"]
  sort_created   = "desc"
  limit          = 1
}

resource "qualytics_run_rerun" "scan" {
  run_id = data.qualytics_operations.latest_scan.ids[0]

  lifecycle {
    ignore_changes        = [run_id]
    replace_triggered_by  = [terraform_data.schema]
    create_before_destroy = true
  }
}
