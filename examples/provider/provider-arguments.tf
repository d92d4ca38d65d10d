terraform {
  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "qualytics_url" {
  type = string
}

variable "qualytics_token" {
  type      = string
  sensitive = true
  ephemeral = true # stored in neither the state nor a saved plan
}

provider "qualytics" {
  url             = var.qualytics_url
  token           = var.qualytics_token
  request_timeout = "1m"
  max_retries     = 6
  poll_interval   = "30s"
}
