curl --location --request POST 'https://goapi.gptnb.ai/sd/v1/generation/stable-diffusion-v1-6/text-to-image' \
--header 'Content-Type: application/json' \
--data-raw '{
    "cfg_scale": 7,
    "height": 512,
    "width": 512,
    "sampler": "K_DPM_2_ANCESTRAL",
    "samples": 1,
    "steps": 30,
    "text_prompts": [
        {
            "text": "A lighthouse on a cliff",
            "weight": 1
        }
    ]
}'
