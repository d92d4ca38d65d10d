terraform {
  required_version = ">= 1.7"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

provider "qualytics" {}

variable "release" {
  type    = string
  default = "2026.05.1"
}

module "warehouse_gate" {
  source = "./modules/data_gate"

  datastore_id = 101
  release      = var.release
}

# Placeholder for what is deployed if the data is good.
resource "terraform_data" "publish" {
  input = "published after scan ${module.warehouse_gate.scan_id}"
}
