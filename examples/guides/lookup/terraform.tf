terraform {
  required_version = ">= 1.2"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

provider "qualytics" {}
